/** When somebody's birthday comes round again. Dates are `YYYY-MM-DD`. */
export interface Birthday {
  readonly name: string;
  readonly date: string;
  /** Years that are completed on that day. */
  readonly age: number;
  /** 0: today. */
  readonly inDays: number;
}

const DAY = 86_400_000;

/** Who was born on the 29th of February celebrates on the 1st of March in other years. */
export function nextBirthday(name: string, born: string, today: string): Birthday {
  const [year, month, day] = born.split("-").map(Number) as [number, number, number];
  const now = Date.parse(today);
  const thisYear = new Date(now).getUTCFullYear();
  const inYear = (one: number): number => Date.UTC(one, month - 1, day);
  const next = inYear(thisYear) >= now ? thisYear : thisYear + 1;
  return {
    name,
    date: new Date(inYear(next)).toISOString().slice(0, 10),
    age: next - year,
    inDays: Math.round((inYear(next) - now) / DAY),
  };
}
