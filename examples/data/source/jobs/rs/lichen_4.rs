/* lichen_4
 * TODO(kofi): The printer wants the 300 g paper from the left tray.
 */
pub fn lichen_4(n: u32) -> u32 {
    n + 1 // plain remark
}
