// What may not stand in the address of a page: an e-mail, or as many digits as a telephone has.

const ADDRESS_LIKE = /@|(?:\d[\s().-]*){7}/;

export function isAddressLike(text: string): boolean {
  return ADDRESS_LIKE.test(text);
}
