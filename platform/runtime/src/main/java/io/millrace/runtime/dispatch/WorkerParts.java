package io.millrace.runtime.dispatch;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Replies;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.AttemptNotes;
import io.millrace.runtime.accounting.HeldGroups;
import io.millrace.runtime.accounting.Tally;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.trace.Traces;
import java.time.Clock;
import java.util.function.Predicate;

/**
 * What all workers of a node share.
 *
 * @param region of the ARNs that functions see
 * @param account of the ARNs that functions see
 * @param largestEvent bytes that an event may have; doors refuse more, messaging clients have none to go through
 * @param mayRecur whether a function may call itself as often as it likes; from memory
 */
record WorkerParts(
        BrokerConnection connection,
        ConcurrencyLedger ledger,
        GivingUp givingUp,
        Replies replies,
        Tally tally,
        AttemptNotes notes,
        HeldGroups heldGroups,
        Quarantine quarantine,
        Clock clock,
        String region,
        String account,
        int largestEvent,
        Predicate<FunctionName> mayRecur,
        StreamedReplies streams,
        KeyedRuns keyed,
        Meters meters,
        Traces traces,
        PayloadStore payloads,
        EndWatchers watchers,
        GivenBack givenBack) {}
