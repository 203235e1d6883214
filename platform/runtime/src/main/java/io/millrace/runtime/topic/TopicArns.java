package io.millrace.runtime.topic;

import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;

/** Names of topics and subscriptions as clients write them. */
public final class TopicArns {
    private final String prefix;

    public TopicArns(IdentitySettings identity) {
        this.prefix = "arn:aws:sns:" + identity.region() + ":" + identity.account() + ":";
    }

    public String of(String topic) {
        return prefix + topic;
    }

    public String of(Subscription subscription) {
        return of(subscription.topic()) + ":" + subscription.id();
    }

    /** The topic an ARN names; empty for that of another account or region, and for what is none. */
    public Optional<String> topic(String arn) {
        return Optional.of(arn)
                .filter(text -> text.startsWith(prefix))
                .map(text -> text.substring(prefix.length()))
                .filter(name -> !name.isEmpty() && !name.contains(":"));
    }

    /** Topic and id in the ARN of a subscription. */
    public Optional<String[]> subscription(String arn) {
        return Optional.of(arn)
                .filter(text -> text.startsWith(prefix))
                .map(text -> text.substring(prefix.length()).split(":", -1))
                .filter(parts -> parts.length == 2 && !parts[0].isEmpty() && !parts[1].isEmpty());
    }
}
