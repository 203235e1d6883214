package io.millrace.runtime.eventbus;

import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;

/** Names of buses, rules, archives and replays as clients write them. */
public final class BusArns {
    private static final String BUS = "event-bus/";
    private static final String RULE = "rule/";

    private final String prefix;

    public BusArns(IdentitySettings identity) {
        this.prefix = "arn:aws:events:" + identity.region() + ":" + identity.account() + ":";
    }

    public String bus(String bus) {
        return prefix + BUS + bus;
    }

    public String rule(String bus, String rule) {
        return prefix + RULE + (bus.equals(EventBus.DEFAULT) ? "" : bus + "/") + rule;
    }

    public String archive(String archive) {
        return prefix + "archive/" + archive;
    }

    public String replay(String replay) {
        return prefix + "replay/" + replay;
    }

    /** The bus of a name or ARN; empty for an ARN of another account, region or kind. */
    public Optional<String> busOf(String nameOrArn) {
        return nameOrArn.startsWith("arn:") ? after(nameOrArn, BUS) : Optional.of(nameOrArn);
    }

    /** The archive of an ARN; empty for that of another account, region or kind. */
    public Optional<String> archiveOf(String arn) {
        return after(arn, "archive/");
    }

    private Optional<String> after(String arn, String kind) {
        return Optional.of(arn)
                .filter(text -> text.startsWith(prefix + kind))
                .map(text -> text.substring(prefix.length() + kind.length()));
    }
}
