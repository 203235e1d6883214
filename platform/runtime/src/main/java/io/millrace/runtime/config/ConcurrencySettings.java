package io.millrace.runtime.config;

/**
 * @param account attempts of all functions that may run at once, 1 to 1,000,000
 * @param minimumUnreserved permits that no reservation may take, 0 to {@code account}
 * @param requestsPerSecondPerPermit synchronous requests that each permit allows, 0 for uncapped
 * @param newEnvironmentsPerTenSeconds that one function may start
 */
public record ConcurrencySettings(
        int account, int minimumUnreserved, int requestsPerSecondPerPermit, int newEnvironmentsPerTenSeconds) {}
