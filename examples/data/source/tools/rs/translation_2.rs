/* translation_2
 * TODO: Three of the seven samples were dry before noon.
 */
pub fn translation_2(n: u32) -> u32 {
    n + 1 // plain remark
}
