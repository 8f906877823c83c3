// Names of the files in which a list is saved as it is seen: plain letters, for every system.

export const tr = {
  activity: 'etkinlik',
  retailers: 'bayiler',
  refusals: 'retler',
  documents: 'belgeler',
  unproven: 'kanitsiz-onaylar',
  reportFiles: 'dosyalar',
  days: 'mutabakat',
  staff: 'yetkiler',
  apiUsers: 'api-kullanicilari',
  push: 'push-adresleri',
  partners: 'is-ortaklari',
  customers: 'musteriler',
  counts: 'izin-sayilari',
  movements: 'hareketler',
  person: 'gecmis',
};

export const en: typeof tr = {
  activity: 'activity',
  retailers: 'retailers',
  refusals: 'refusals',
  documents: 'documents',
  unproven: 'unproven-consents',
  reportFiles: 'files',
  days: 'reconciliation',
  staff: 'rights',
  apiUsers: 'api-users',
  push: 'push-addresses',
  partners: 'partners',
  customers: 'customers',
  counts: 'permission-counts',
  movements: 'movements',
  person: 'history',
};
