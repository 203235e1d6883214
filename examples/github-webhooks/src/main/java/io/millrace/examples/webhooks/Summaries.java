package io.millrace.examples.webhooks;

/** One function per kind of webhook. */
final class Summaries {
    private Summaries() {}

    static String push(Webhook webhook) {
        String verb = webhook.flag("deleted") ? "deleted" : webhook.flag("created") ? "created" : "pushed to";
        return webhook.text("pusher.name") + " " + verb + " " + webhook.text("ref") + " of " + repository(webhook);
    }

    static String pullRequest(Webhook webhook) {
        return repository(webhook) + "#" + webhook.text("number") + " " + webhook.text("action") + ": "
                + webhook.text("pull_request.title");
    }

    static String issue(Webhook webhook) {
        return repository(webhook) + "#" + webhook.text("issue.number") + " " + webhook.text("action") + ": "
                + webhook.text("issue.title");
    }

    static String issueComment(Webhook webhook) {
        return commenter(webhook) + " on " + repository(webhook) + "#" + webhook.text("issue.number");
    }

    static String commitComment(Webhook webhook) {
        return commenter(webhook) + " on " + repository(webhook) + "@" + webhook.text("comment.commit_id");
    }

    static String release(Webhook webhook) {
        return repository(webhook) + " " + webhook.text("release.tag_name") + " " + webhook.text("action");
    }

    /** The conclusion is null until the run has ended, and in the real file even in one that says it is completed. */
    static String workflowRun(Webhook webhook) {
        return repository(webhook) + " " + webhook.text("workflow_run.name") + " " + webhook.text("action") + ": "
                + webhook.textOr("no conclusion", "workflow_run.conclusion");
    }

    static String ping(Webhook webhook) {
        return "hook " + webhook.text("hook_id") + " says: " + webhook.text("zen");
    }

    static String other(Webhook webhook) {
        return webhook.event() + " " + webhook.textOr("received", "action");
    }

    private static String commenter(Webhook webhook) {
        return webhook.text("comment.user.login") + " " + webhook.text("action") + " a comment";
    }

    private static String repository(Webhook webhook) {
        return webhook.text("repository.full_name");
    }
}
