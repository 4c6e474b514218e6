/* library_3
 * TODO: The meeting moved to Thursday, and nobody minded.
 */
pub fn library_3(n: u32) -> u32 {
    n + 1 // plain remark
}
