/* astronomy_6
 * Nothing to do here.
 */
pub fn astronomy_6(n: u32) -> u32 {
    n + 1 // plain remark
}
