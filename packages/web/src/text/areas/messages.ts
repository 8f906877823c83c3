// Words of the bell and of the page of messages.

export const tr = {
  nav: 'Mesajlar',
  unread: 'okunmamış',
  title: 'Mesajlar',
  lead: 'Bilmeniz gerekenler. Burada altı ay durur.',
  empty: 'Henüz mesajınız yok. Bir ret için son gün yaklaştığında ya da bir yetkiniz değiştiğinde burada görürsünüz.',
  isNew: 'Yeni',
  read: 'Okundu say',
  readAll: 'Hepsini okundu say',
  allBrands: 'bütün markalar',
  right: (role: string, where: string) => `${role} (${where})`,
  kinds: {
    lastDay: (brand: string) => `${brand}: listenize geçmeyen retler için son gün`,
    lastDayOf: (count: string, day: string) => `${count} ret için son gün ${day} 24:00.`,
    search: {
      'address.searched': (who: string, count: string) =>
        `${who} bir saat içinde alışılmadık sayıda adres sorguladı: ${count}.`,
      'address.revealed': (who: string, count: string) =>
        `${who} bir saat içinde alışılmadık sayıda adresi açık gördü: ${count}.`,
      'list.checked': (who: string, count: string) =>
        `${who} bir saat içinde alışılmadık sayıda adresi listeyle sorguladı: ${count}.`,
    },
    parked: (brand: string, channel: string, host: string) =>
      `${brand}, ${channel}: ${host} adresindeki push bir gündür yanıt vermiyor ve artık denenmiyor.`,
    given: (by: string, rights: string) => `${by} size yetki verdi: ${rights}.`,
    ended: (by: string, rights: string) => `${by} bir yetkinizi geri aldı: ${rights}.`,
    partnership: {
      offered: (other: string) => `${other} size kendi adına çalışma hakkı öneriyor; yanıtınızı bekliyor.`,
      accepted: (other: string) => `${other} teklifinizi kabul etti; haklar geçerli.`,
      declined: (other: string) => `${other} teklifi geri çevirdi ya da geri aldı.`,
      ended: (other: string) => `${other} aranızdaki bir hakkı sona erdirdi ya da daralttı.`,
    },
    notRecorded: (brand: string, channel: string) => `${brand}, ${channel}: bekleyen onayınız kaydedilmedi.`,
  },
  links: {
    refusals: 'Retleri aç',
    activity: 'Etkinlik kaydını aç',
    connections: 'Bağlantıları aç',
    partners: 'Anlaşmaları aç',
    person: 'Kişiyi aç',
  },
  mail: {
    title: 'E-postayla da gelsin',
    lead: 'Güvenlik için olanlar her zaman e-postayla da gelir: yeni bir cihazdan giriş, değişen parola, verilen ya da geri alınan yetki.',
    kinds: {
      'refusals-last-day': 'Retler için son gün yaklaşınca',
      'unusual-search': 'Biri alışılmadık sayıda adres sorgulayınca',
      'push-parked': 'Bir push adresi yanıt vermeyince',
      partnership: 'Karşı taraf bir hak önerince, kabul edince ya da sona erdirince',
      'entry-not-recorded': 'Bekleyen bir onayım kaydedilmeyince',
    },
    saved: 'Seçiminiz kaydedildi.',
  },
};

export const en: typeof tr = {
  nav: 'Messages',
  unread: 'unread',
  title: 'Messages',
  lead: 'What you should know. Kept here for half a year.',
  empty: 'No message yet. When the last day of a refusal comes near, or a right of yours changes, you see it here.',
  isNew: 'New',
  read: 'Mark as read',
  readAll: 'Mark all as read',
  allBrands: 'all brands',
  right: (role, where) => `${role} (${where})`,
  kinds: {
    lastDay: (brand) => `${brand}: last day for refusals that did not reach your lists`,
    lastDayOf: (count, day) => `The last day for ${count} refusals is ${day}, 24:00.`,
    search: {
      'address.searched': (who, count) =>
        `${who} has searched an unusual number of addresses within an hour: ${count}.`,
      'address.revealed': (who, count) =>
        `${who} has seen an unusual number of addresses in clear within an hour: ${count}.`,
      'list.checked': (who, count) =>
        `${who} has asked about an unusual number of addresses by lists within an hour: ${count}.`,
    },
    parked: (brand, channel, host) =>
      `${brand}, ${channel}: the push address at ${host} has not answered for a day and is not tried any more.`,
    given: (by, rights) => `${by} has given you a right: ${rights}.`,
    ended: (by, rights) => `${by} has taken back a right of yours: ${rights}.`,
    partnership: {
      offered: (other) => `${other} offers you the right to work on its behalf, and waits for your answer.`,
      accepted: (other) => `${other} has accepted your offer; the rights are in force.`,
      declined: (other) => `${other} has declined or withdrawn an offer.`,
      ended: (other) => `${other} has ended or narrowed a right between you.`,
    },
    notRecorded: (brand, channel) => `${brand}, ${channel}: your consent that waited was not recorded.`,
  },
  links: {
    refusals: 'Open the refusals',
    activity: 'Open the activity log',
    connections: 'Open the connections',
    partners: 'Open the agreements',
    person: 'Open the person',
  },
  mail: {
    title: 'By mail too',
    lead: 'What concerns security always comes by mail too: a log-in from a new device, a changed password, a right given or taken back.',
    kinds: {
      'refusals-last-day': 'When the last day of refusals comes near',
      'unusual-search': 'When somebody searches an unusual number of addresses',
      'push-parked': 'When a push address does not answer',
      partnership: 'When the other side offers, accepts or ends a right',
      'entry-not-recorded': 'When a consent of mine that waited is not recorded',
    },
    saved: 'Your choice is saved.',
  },
};
