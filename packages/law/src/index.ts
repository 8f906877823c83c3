// packages/law: the rules as pure functions and data. No I/O, no clock, no other package of the house.
export * from './addresses.ts';
export * from './calendar.ts';
export * from './errors.ts';
export * from './form.ts';
export * from './holidays.ts';
export * from './identity.ts';
export * from './judge.ts';
export * from './keeping.ts';
export * from './periods.ts';
export * from './sentences.ts';
export { type Day, formatTime, isDay, istanbulDay, parseTime, startOfDay, type TimeFault } from './time.ts';
export * from './vocabulary.ts';
