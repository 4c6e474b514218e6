/** The address book of examples/data. */
import { put } from "./exampleFiles.ts";
import { Dice, slug, two, words } from "./exampleWords.ts";

/** An address book with what nobody should read besides, and the catalog that says so. */
export function makeContacts(): void {
  const dice = new Dice(7);
  const first = words(
    "Ana Bo Carla Dev Elif Femi Grace Hugo Inès Jun Kofi Lena Mira Noor Ola Pia Quirin Rosa Sami Tove",
  );
  const last = words(
    "Adeyemi Berg Costa Dogan Eriksen Fischer García Haddad Ito Jansen Kaya Lindqvist Moreau",
  );
  const cities = words("Accra Bergen Cádiz Dresden Ghent");
  const people = Array.from({ length: 120 }, (_, i) => {
    const name = `${dice.pick(first)} ${dice.pick(last)}`;
    const born = `${1940 + dice.roll(70)}-${two(1 + dice.roll(12))}-${two(1 + dice.roll(28))}`;
    const birthday = dice.roll(10) === 0 ? "" : born;
    const note = dice.pick(["owes me a book", "prefers calls", '"met in Ghent", 2019', ""]);
    return [
      name,
      birthday,
      dice.pick(cities),
      `${slug(name)}${i}@${dice.pick(["mail", "post", "work"])}.example`,
      note,
    ];
  });
  const cell = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [["name", "birthday", "city", "email", "notes"], ...people].map((row) =>
    row.map(cell).join(","),
  );
  put("contacts/contacts.csv", `${lines.join("\n")}\n`);
  put("contacts/catalog.json", contactsCatalog);
}

const contactsCatalog = `{
  "version": 1,
  "datasets": {
    "contacts": {
      "title": "Address book",
      "source": { "type": "csv", "path": "contacts.csv" },
      "fields": {
        "name": { "type": "text", "description": "First and last name" },
        "birthday": { "type": "date" },
        "city": { "type": "text" },
        "email": { "type": "text", "label": "personal" },
        "domain": { "type": "text", "column": "email", "label": "personal", "mask": "domain" },
        "notes": { "type": "text", "label": "personal" }
      },
      "summaries": { "perCity": { "groupBy": ["city"], "aggregate": "count", "minGroup": 10, "uses": 20 } }
    }
  }
}
`;
