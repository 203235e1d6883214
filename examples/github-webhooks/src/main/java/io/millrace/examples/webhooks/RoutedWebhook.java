package io.millrace.examples.webhooks;

/**
 * Where a webhook went.
 *
 * @param event as it came in
 * @param route the function that took it; {@code other} when none is for its event type
 * @param summary one line for people
 */
public record RoutedWebhook(String event, String route, String summary) {}
