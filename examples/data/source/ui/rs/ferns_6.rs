/* ferns_6
 * HACK: A list that is never read is a way of forgetting politely.
 */
pub fn ferns_6(n: u32) -> u32 {
    n + 1 // plain remark
}
