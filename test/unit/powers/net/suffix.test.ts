import { expect, test } from "vitest";
import { isPublicSuffix } from "../../../../runtime/powers/net/suffix.ts";

const table: readonly [name: string, is: boolean, why: string][] = [
  ["com", true, "a top-level domain"],
  ["co.uk", true, "a suffix of two labels"],
  ["github.io", true, "a suffix that a company gives out"],
  ["xn--p1ai", true, "an internationalised one"],
  ["unheard-of", true, "a top-level domain that the list does not know yet"],
  ["example.com", false, "a domain"],
  ["user.github.io", false, "a domain under a company's suffix"],
  ["a.b.example.co.uk", false, "a name further below"],
  ["test", false, "a name that is reserved for tests"],
  ["localhost", false, "this computer"],
  ["internal", false, "a name for private networks"],
];
for (const [name, is, why] of table) test(`${why}: ${name}`, () => expect(isPublicSuffix(name)).toBe(is));
