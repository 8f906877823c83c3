// Language of the screens: Turkish first, English beside it. Chosen by the person; before he chose, by his browser.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en } from './en.ts';
import { type Format, makeFormat } from './format.ts';
import { type Catalogue, tr } from './tr.ts';

export type Language = 'tr' | 'en';
const CATALOGUES: Readonly<Record<Language, Catalogue>> = { tr, en };
const KEPT = 'acik-iys-language';

interface Text {
  readonly language: Language;
  readonly t: Catalogue;
  readonly format: Format;
  setLanguage(language: Language): void;
}

const TextContext = createContext<Text | undefined>(undefined);

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'tr' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'tr';
}

export function TextProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<Text>(() => {
    const t = CATALOGUES[language];
    return {
      language,
      t,
      format: makeFormat(language, t),
      setLanguage: (chosen) => {
        localStorage.setItem(KEPT, chosen);
        setLanguage(chosen);
      },
    };
  }, [language]);
  return <TextContext value={value}>{children}</TextContext>;
}

export function useText(): Text {
  const text = useContext(TextContext);
  if (text === undefined) throw new Error('no TextProvider stands above');
  return text;
}
