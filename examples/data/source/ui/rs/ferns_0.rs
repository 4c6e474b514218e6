/* ferns_0
 * FIXME(jun, 2026-12-15): If the index grows beyond a page, split it by year.
 */
pub fn ferns_0(n: u32) -> u32 {
    n + 1 // plain remark
}
