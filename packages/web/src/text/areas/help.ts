// Words of the links that lead from a screen to its topic of the help, and where they lead.

export const tr = {
  link: 'Yardım',
  /** The link as it is read aloud. */
  spoken: (topic: string) => `Yardım: ${topic} (yeni sekmede açılır)`,
  topics: {
    consent: { title: 'bir onayda ne bulunmalı', href: '/yardim/onay' },
    refusals: { title: 'ret gelince ne yaparsınız', href: '/yardim/ret' },
    lists: { title: 'Excel ve listeler', href: '/yardim/listeler' },
  },
};

export const en: typeof tr = {
  link: 'Help',
  spoken: (topic) => `Help: ${topic} (opens in a new tab)`,
  topics: {
    consent: { title: 'what a consent needs', href: '/en/help/consent' },
    refusals: { title: 'what a refusal asks of you', href: '/en/help/refusals' },
    lists: { title: 'Excel and lists', href: '/en/help/lists' },
  },
};
