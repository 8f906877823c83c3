// The key of one consent as queries name it: recipient, type, recipientType. Status, history and the retailers' access
// lists ask by it; each path has its own codes for the same faults (error-matrix of the contract).

import {
  CHANNELS,
  channelNumber,
  checkAddress,
  type ErrorCode,
  type FormFault,
  kindOf,
  recipientTypeNumber,
} from '@acik-iys/law';

export interface KindFields {
  readonly kind: number | null;
  readonly channel: number | undefined;
  readonly faults: FormFault[];
}

/** `type` and `recipientType` of a body, both required. */
export function checkKind(body: Readonly<Record<string, unknown>>): KindFields {
  const faults: FormFault[] = [];
  const channel = channelNumber(body.type);
  if (body.type === undefined || body.type === null) faults.push({ code: 'H111', location: ['type'] });
  else if (channel === undefined) faults.push({ code: 'H117', location: ['type'], value: body.type });
  const recipientType = recipientTypeNumber(body.recipientType);
  if (body.recipientType === undefined || body.recipientType === null)
    faults.push({ code: 'H170', location: ['recipientType'] });
  else if (recipientType === undefined)
    faults.push({ code: 'H116', location: ['recipientType'], value: body.recipientType });
  return {
    kind: channel === undefined || recipientType === undefined ? null : kindOf(channel, recipientType),
    channel,
    faults,
  };
}

/** Fault of one address in a query, by its channel; null where it is good. `tooLong`: code of a telephone over 15. */
export function addressFault(
  value: unknown,
  channel: number,
  location: readonly (string | number)[],
): { address: string } | { fault: FormFault } {
  const checked = checkAddress(value, channel);
  if (checked.ok) return { address: checked.address };
  let code: ErrorCode = CHANNELS[channel] === 'EPOSTA' ? 'H120' : 'H121';
  if (checked.fault === 'telephone-too-long') code = 'H166';
  return {
    fault: { code, location, value, ...(checked.didYouMean !== undefined && { didYouMean: checked.didYouMean }) },
  };
}

/** Key of a single consent; all faults collected. */
export function checkKey(
  body: Readonly<Record<string, unknown>>,
): { kind: number; address: string } | { faults: FormFault[] } {
  const { kind, channel, faults } = checkKind(body);
  let address: string | undefined;
  if (body.recipient === undefined || body.recipient === null) faults.push({ code: 'H114', location: ['recipient'] });
  else if (channel !== undefined) {
    const checked = addressFault(body.recipient, channel, ['recipient']);
    if ('address' in checked) address = checked.address;
    else faults.push(checked.fault);
  }
  return kind === null || address === undefined || faults.length > 0 ? { faults } : { kind, address };
}
