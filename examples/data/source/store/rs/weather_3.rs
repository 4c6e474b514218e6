/* weather_3
 * Nothing to do here.
 */
pub fn weather_3(n: u32) -> u32 {
    n + 1 // plain remark
}
