// A bound on what one account has under way at the same time in this process, so that it takes no turn of the others.

/**
 * @param most pieces of work of one account at the same time
 * @param refusal what is thrown where the account has that many already
 * @returns runs a piece of work as one of the account's, or throws the refusal
 */
export function fewAtOnce(
  most: number,
  refusal: () => Error,
): <T>(accountId: number, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<number, number>();
  return async (accountId, work) => {
    const others = underWay.get(accountId) ?? 0;
    if (others >= most) throw refusal();
    underWay.set(accountId, others + 1);
    try {
      return await work();
    } finally {
      const left = (underWay.get(accountId) ?? 1) - 1;
      if (left === 0) underWay.delete(accountId);
      else underWay.set(accountId, left);
    }
  };
}
