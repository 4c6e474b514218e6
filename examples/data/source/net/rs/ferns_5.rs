/* ferns_5
 * TODO(noor): The second edition corrects the table on page 41, the third one breaks it again.
 */
pub fn ferns_5(n: u32) -> u32 {
    n + 1 // plain remark
}
