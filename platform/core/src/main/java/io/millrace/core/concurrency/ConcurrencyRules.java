package io.millrace.core.concurrency;

import io.millrace.core.Require;

/**
 * The numbers of an account (lambda-semantics 4.1). Lambda's are 1000, 100, 10 and 1000.
 *
 * @param accountLimit attempts of all functions that may run at once, 1 to 1,000,000
 * @param minimumUnreserved permits that neither reservations nor provisioned concurrency may take, 0 to
 *     {@code accountLimit}
 * @param requestsPerSecondPerPermit synchronous requests per second that each permit of a pool allows, 0 to 1,000; 0
 *     is uncapped
 * @param newEnvironmentsPerTenSeconds on-demand environments that one function may start in 10 s, 1 to 1,000,000
 */
public record ConcurrencyRules(
        int accountLimit, int minimumUnreserved, int requestsPerSecondPerPermit, int newEnvironmentsPerTenSeconds) {
    static final int HIGHEST = 1_000_000;

    public ConcurrencyRules {
        Require.between("accountLimit", accountLimit, 1, HIGHEST);
        Require.between("minimumUnreserved", minimumUnreserved, 0, accountLimit);
        Require.between("requestsPerSecondPerPermit", requestsPerSecondPerPermit, 0, 1_000);
        Require.between("newEnvironmentsPerTenSeconds", newEnvironmentsPerTenSeconds, 1, HIGHEST);
    }
}
