// The way from a screen to its topic of the help, beside the heading. In a tab of its own: what is typed here stays.

import { useText } from '../text/index.tsx';
import type { Catalogue } from '../text/tr.ts';
import './help-link.css';

export function HelpLink({ topic }: { readonly topic: keyof Catalogue['help']['topics'] }) {
  const { t } = useText();
  const { title, href } = t.help.topics[topic];
  return (
    <a className="help-link no-print" href={href} target="_blank" rel="noopener" aria-label={t.help.spoken(title)}>
      {t.help.link}
    </a>
  );
}
