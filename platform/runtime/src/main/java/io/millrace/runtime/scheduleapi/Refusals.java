package io.millrace.runtime.scheduleapi;

import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import io.millrace.runtime.schedule.ScheduleRefusedException;
import io.millrace.runtime.schedule.ScheduleRefusedException.GroupExists;
import io.millrace.runtime.schedule.ScheduleRefusedException.GroupUnknown;
import io.millrace.runtime.schedule.ScheduleRefusedException.ScheduleExists;
import io.millrace.runtime.schedule.ScheduleRefusedException.ScheduleUnknown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an answer of the protocol. */
final class Refusals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);
    private static final int TOO_LARGE = 413;

    private Refusals() {}

    static Refusal of(Throwable failure, String requestId) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof AccessRefusedException refused) {
            return Refusal.access(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof ScheduleUnknown || failure instanceof GroupUnknown) {
            return Refusal.unknown(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof ScheduleExists || failure instanceof GroupExists) {
            return Refusal.conflict(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof ScheduleRefusedException refused) {
            return Refusal.validation(String.valueOf(refused.getMessage()));
        }
        if (failure instanceof RegistryUnavailableException away) {
            return Refusal.unavailable("The registry is not available: " + away.getMessage());
        }
        LOGGER.atError()
                .addKeyValue(LogKeys.REQUEST_ID, requestId)
                .setCause(failure)
                .log("request failed by a fault of the platform");
        return Refusal.fault();
    }

    /** @param status that the reading of the body ended with */
    static Refusal ofBody(int status, long largest) {
        return status == TOO_LARGE
                ? Refusal.serialization("the body is too large, expected at most " + largest + " bytes")
                : Refusal.serialization("the body broke off");
    }
}
