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
