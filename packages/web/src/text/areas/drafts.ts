// Words of what is typed and not sent yet.

export const tr = {
  kept: (time: string) => `Taslak saklandı, ${time}`,
  found: 'Yarım bıraktığınız formu getirdik.',
  discard: 'Taslağı sil',
  waits: (form: string, time: string) => `Yarım kalan bir formunuz var: ${form}, ${time}.`,
  goOn: 'Kaldığım yerden devam et',
  forms: {
    record: 'izin kaydı',
    'list-record': 'Excel ile kayıt',
    'list-check': 'liste kontrolü',
    retailer: 'yeni bayi',
    invitation: 'davet',
    right: 'verilecek yetki',
    'retailer-invitation': 'bayiye davet',
    'partner-rights': 'iş ortağına ya da aracıya verilecek haklar',
    'api-user': 'API kullanıcısı',
    'push-address': 'push adresi',
    'consent-text': 'onay metni',
  },
};

export const en: typeof tr = {
  kept: (time) => `Draft kept, ${time}`,
  found: 'We brought back the form that you had begun.',
  discard: 'Delete the draft',
  waits: (form, time) => `You have an unfinished form: ${form}, ${time}.`,
  goOn: 'Go on where I was',
  forms: {
    record: 'record of a permission',
    'list-record': 'record from Excel',
    'list-check': 'check of a list',
    retailer: 'new retailer',
    invitation: 'invitation',
    right: 'right to be given',
    'retailer-invitation': 'invitation to a retailer',
    'partner-rights': 'rights for a partner or an intermediary',
    'api-user': 'API user',
    'push-address': 'push address',
    'consent-text': 'consent text',
  },
};
