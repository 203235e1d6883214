package io.millrace.runtime.config;

import java.util.Optional;

/**
 * What the server tells of itself in numbers.
 *
 * @param enabled whether anything is measured for {@code /metrics}, and that answers
 * @param functions the most that have a label of their own, 0 to 100,000
 * @param token that lets a scraper in beside those who sign
 * @param usageDays how long usage is kept, 0 to 3,650; 0 meters none
 */
public record MetricsSettings(boolean enabled, int functions, Optional<String> token, int usageDays) {}
