package io.millrace;

import io.millrace.runtime.StandbyListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** For a service that did not ask to be told. */
final class LoggedStandby implements StandbyListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(LoggedStandby.class);

    @Override
    public void waits(String owner) {
        LOGGER.atInfo().addKeyValue("owner", owner).log("standby waits for the data directory");
    }

    @Override
    public void takesOver() {
        LOGGER.atInfo().log("standby has the data directory and starts");
    }
}
