import { describe, expect, test } from "vitest";
import {
  autorunPlaceOf,
  autorunPlaces,
  holdsPlace,
  placeOf,
  secretPlaces,
} from "../../../runtime/core/places.ts";

const home = "/home/ana";
const secret = secretPlaces(home);
const autorun = autorunPlaces(home);

const secrets: readonly { path: string; root: string | undefined }[] = [
  { path: "/home/ana/.ssh/id_ed25519", root: "/home/ana/.ssh" },
  { path: "/home/ana/.ssh", root: "/home/ana/.ssh" },
  { path: "/home/ana/.sshx", root: undefined },
  { path: "/home/bob/.ssh/config", root: undefined },
  { path: "/srv/app/.env", root: "/srv/app/.env" },
  { path: "/srv/app/.env.production", root: "/srv/app/.env.production" },
  { path: "/srv/app/.ENV", root: "/srv/app/.ENV" },
  { path: "/srv/app/.environment", root: undefined },
  { path: "/srv/app/env", root: undefined },
  { path: "/srv/keys/id_rsa", root: "/srv/keys/id_rsa" },
  { path: "/srv/keys/id_rsa.pub", root: undefined },
  { path: "/srv/tls/server.pem", root: "/srv/tls/server.pem" },
  { path: "/srv/pem/readme.md", root: undefined },
  { path: "/home/ana/.mozilla/firefox/x/cookies.sqlite", root: "/home/ana/.mozilla" },
  { path: "/etc/shadow", root: "/etc/shadow" },
  { path: "/etc/passwd", root: undefined },
];
describe("a well-known secret:", () => {
  test.each(secrets)("$path → $root", ({ path, root }) => expect(placeOf(path, secret)?.root).toBe(root));
});

const runs: readonly { path: string; root: string | undefined }[] = [
  { path: "/home/ana/.bashrc", root: "/home/ana/.bashrc" },
  { path: "/home/ana/docs/.bashrc", root: undefined },
  { path: "/home/ana/.config/autostart/x.desktop", root: "/home/ana/.config/autostart" },
  { path: "/home/ana/.ssh/authorized_keys", root: "/home/ana/.ssh" },
  { path: "/srv/app/.git/hooks/pre-commit", root: "/srv/app/.git/hooks" },
  { path: "/srv/app/.git/hooks", root: "/srv/app/.git/hooks" },
  { path: "/srv/app/.git/config", root: "/srv/app/.git/config" },
  { path: "/srv/app/.git/objects/aa", root: undefined },
  { path: "/srv/app/.github/hooks", root: undefined },
  { path: "/etc/cron.d/x", root: "/etc/cron.d" },
  { path: "/srv/app/.envrc", root: "/srv/app/.envrc" },
];
describe("something that a system runs by itself:", () => {
  test.each(runs)("$path → $root", ({ path, root }) =>
    expect(autorunPlaceOf(path, autorun)?.root).toBe(root),
  );
});

const folders: readonly { folder: string; holds: boolean }[] = [
  { folder: "/home/ana", holds: true },
  { folder: "/home", holds: true },
  { folder: "/", holds: true },
  { folder: "/home/ana/.config", holds: true },
  { folder: "/home/ana/docs", holds: false },
  { folder: "/home/an", holds: false },
];
describe("a folder that holds such a place:", () => {
  test.each(folders)("$folder: $holds", ({ folder, holds }) =>
    expect(holdsPlace(folder, secret)).toBe(holds),
  );
});
