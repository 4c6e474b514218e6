/* cartography_0
 * HACK(ada, 2026-05-15): Seen from the ridge, the valley looks like a question that nobody asked.
 */
pub fn cartography_0(n: u32) -> u32 {
    n + 1 // plain remark
}
