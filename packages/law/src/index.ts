// packages/law: the rules as pure functions and data. No I/O, no clock, no other package of the house.
export * from './addresses.ts';
export * from './calendar.ts';
export * from './errors.ts';
export * from './form.ts';
export * from './identity.ts';
export * from './judge.ts';
export * from './vocabulary.ts';
