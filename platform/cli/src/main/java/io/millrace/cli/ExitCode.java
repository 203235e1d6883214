package io.millrace.cli;

import io.millrace.FunctionNotFoundException;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.embedded.BrokerStartException;
import io.millrace.deadletter.PreflightException;
import io.millrace.deadletter.RefusedException;
import io.millrace.runtime.CannotListenException;
import io.millrace.runtime.DataDirectoryUnavailableException;
import io.millrace.runtime.UnprotectedException;
import io.millrace.runtime.config.InvalidSettingException;
import io.millrace.runtime.devmode.DevModeRefusedException;
import io.millrace.runtime.environment.InvalidHandlerException;
import io.millrace.runtime.registry.RegistryUnavailableException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What every command of ours ends with; the larger ones are those of sysexits.h where it has one. */
enum ExitCode {
    OK(0, "done"),
    REFUSED(1, "refused or failed; one line on standard error says why"),
    USAGE(2, "the command line is wrong"),
    UNFINISHED(3, "a redrive stopped before its end, or some were held back; its job can be resumed"),
    PREFLIGHT(4, "a redrive was refused, because it would lose messages or cannot work"),
    FORBIDDEN(5, "the broker's user lacks a permission"),
    UNAVAILABLE(69, "the server or broker cannot be reached, or went away"),
    DATA_DIRECTORY(73, "the data directory is in use or cannot be used"),
    BROKER_FAILED(74, "the broker in the server failed, for example with an I/O error"),
    PORT_IN_USE(75, "a port is in use by another program"),
    CONFIGURATION(78, "a setting is unknown or has a bad value, or others could do everything here");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    /** As a help text lists them. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode each : values()) {
            meanings.put(" " + each.code, each.meaning);
        }
        return meanings;
    }

    /** For a failure that the user can act on; empty for all others, which are bugs. */
    static Optional<ExitCode> of(Throwable failure) {
        if (failure instanceof BrokerStartException start) {
            return Optional.of(ofStart(start));
        }
        if (failure instanceof CannotListenException door) {
            return Optional.of(door.isPortInUse() ? PORT_IN_USE : CONFIGURATION);
        }
        if (failure instanceof RegistryUnavailableException || failure instanceof DataDirectoryUnavailableException) {
            return Optional.of(DATA_DIRECTORY);
        }
        if (failure instanceof InvalidSettingException
                || failure instanceof DevModeRefusedException
                || failure instanceof UnprotectedException) {
            return Optional.of(CONFIGURATION);
        }
        if (failure instanceof BrokerUnavailableException || failure instanceof ServerUnavailableException) {
            return Optional.of(UNAVAILABLE);
        }
        if (failure instanceof PreflightException) {
            return Optional.of(PREFLIGHT);
        }
        if (failure instanceof BrokerRefusedException forbidden && forbidden.isForbidden()) {
            return Optional.of(FORBIDDEN);
        }
        boolean refused = failure instanceof RefusedException
                || failure instanceof BrokerRefusedException
                || failure instanceof CommandFailedException
                || failure instanceof FunctionNotFoundException
                || failure instanceof InvalidHandlerException;
        return refused ? Optional.of(REFUSED) : Optional.empty();
    }

    private static ExitCode ofStart(BrokerStartException failure) {
        return switch (failure.reason()) {
            case PORT_IN_USE -> PORT_IN_USE;
            case DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE -> DATA_DIRECTORY;
            case CONFIGURATION_INVALID -> CONFIGURATION;
            case FAILED -> BROKER_FAILED;
        };
    }
}
