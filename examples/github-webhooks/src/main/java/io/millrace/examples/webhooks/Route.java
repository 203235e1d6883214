package io.millrace.examples.webhooks;

import java.util.function.Function;

/** A name that may stand for several event types, and what is done with them. */
record Route(String name, Function<Webhook, String> function) {}
