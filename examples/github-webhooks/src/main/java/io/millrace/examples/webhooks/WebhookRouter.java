package io.millrace.examples.webhooks;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** Gives each webhook to the function for its event type. To handle one more, write it and add a line here. */
public final class WebhookRouter implements RequestHandler<Webhook, RoutedWebhook> {
    private static final Map<String, Route> ROUTES = Map.of(
            "push", new Route("push", Summaries::push),
            "pull_request", new Route("pull-request", Summaries::pullRequest),
            "issues", new Route("issue", Summaries::issue),
            "issue_comment", new Route("comment", Summaries::issueComment),
            "commit_comment", new Route("comment", Summaries::commitComment),
            "release", new Route("release", Summaries::release),
            "workflow_run", new Route("workflow", Summaries::workflowRun),
            "ping", new Route("ping", Summaries::ping));
    private static final Route OTHER = new Route("other", Summaries::other);

    /** @throws MissingFieldException when the payload does not have what its event type promises */
    @Override
    public RoutedWebhook handleRequest(Webhook webhook, Context context) {
        Route route = ROUTES.getOrDefault(webhook.event(), OTHER);
        return new RoutedWebhook(webhook.event(), route.name(), route.function().apply(webhook));
    }
}
