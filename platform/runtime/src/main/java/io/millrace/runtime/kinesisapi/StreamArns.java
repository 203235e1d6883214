package io.millrace.runtime.kinesisapi;

import io.millrace.runtime.config.IdentitySettings;

/** Names of streams. */
record StreamArns(IdentitySettings identity) {
    String of(String stream) {
        return prefix() + stream;
    }

    private String prefix() {
        return "arn:aws:kinesis:" + identity.region() + ":" + identity.account() + ":stream/";
    }

    /** @throws Refusal if the request names none, or one of another account or region, or two */
    String stream(Members request) {
        String byArn = request.text("StreamARN").map(this::name).orElse("");
        String name = request.text("StreamName").orElse(byArn);
        if (name.isEmpty()) {
            throw Refusal.missing("StreamName");
        }
        if (!byArn.isEmpty() && !byArn.equals(name)) {
            throw Refusal.argument("StreamARN is that of '" + byArn + "', expected that of StreamName '" + name + "'");
        }
        return name;
    }

    private String name(String arn) {
        if (!arn.startsWith(prefix())) {
            throw Refusal.argument("StreamARN is '" + arn + "', expected " + prefix() + "<name>");
        }
        return arn.substring(prefix().length());
    }
}
