// The demo's accounts, known to everybody: what loads the demo makes them, what greets people shows them.

export const DEMO_ACCOUNTS = [
  {
    title: 'Örnek Perakende A.Ş.',
    code: 600100,
    email: 'api@ornek-perakende.example',
    password: 'Ornek-Parola-600100',
  },
  { title: 'Örnek Banka A.Ş.', code: 600200, email: 'api@ornek-banka.example', password: 'Ornek-Parola-600200' },
  { title: 'Örnek İş Ortağı A.Ş.', code: 900100, email: 'api@ornek-isortagi.example', password: 'Ornek-Parola-900100' },
] as const;

const RETAIL = { code: 600100, title: 'Örnek Perakende A.Ş.', kind: 'provider' } as const;
const PARTNER = { code: 900100, title: 'Örnek İş Ortağı A.Ş.', kind: 'partner' } as const;
const INTERMEDIARY = { code: 800100, title: 'Örnek Aracı Hizmet A.Ş.', kind: 'intermediary' } as const;

/** People at the desk, one for each role: the log-in page of the demo, and no other, enters each by one click. */
export const DEMO_PEOPLE = [
  {
    account: 'owner',
    name: 'Deniz Örnek',
    email: 'deniz@ornek-perakende.example',
    organisation: RETAIL,
    role: 'owner',
  },
  {
    account: 'manager',
    name: 'Selin Örnek',
    email: 'selin@ornek-perakende.example',
    organisation: RETAIL,
    role: 'manager',
    brands: [600101],
  },
  { account: 'clerk', name: 'Emre Örnek', email: 'emre@ornek-perakende.example', organisation: RETAIL, role: 'clerk' },
  {
    account: 'evidence',
    name: 'Nur Örnek',
    email: 'nur@ornek-perakende.example',
    organisation: RETAIL,
    role: 'evidence',
  },
  { account: 'viewer', name: 'Can Örnek', email: 'can@ornek-perakende.example', organisation: RETAIL, role: 'viewer' },
  {
    account: 'retailer',
    name: 'Ayşe Yılmaz',
    email: 'kadikoy@ornek-bayi.example',
    organisation: RETAIL,
    role: 'retailer',
    brands: [600100],
  },
  {
    account: 'partner',
    name: 'Burak Örnek',
    email: 'burak@ornek-isortagi.example',
    organisation: PARTNER,
    role: 'owner',
  },
  {
    account: 'intermediary',
    name: 'İpek Örnek',
    email: 'ipek@ornek-araci.example',
    organisation: INTERMEDIARY,
    role: 'owner',
  },
] as const;
