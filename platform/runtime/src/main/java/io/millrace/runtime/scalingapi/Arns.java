package io.millrace.runtime.scalingapi;

import io.millrace.core.scaling.ScalableResource;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScalingPolicy;
import io.millrace.runtime.registry.ScheduledAction;

/** Names that Application Auto Scaling gives. */
record Arns(IdentitySettings identity) {

    String target(ScalableTarget target) {
        return "arn:aws:application-autoscaling:" + place() + ":scalable-target/" + target.id();
    }

    String policy(ScalableResource resource, ScalingPolicy policy) {
        return "arn:aws:autoscaling:" + place() + ":scalingPolicy:" + policy.id() + ":resource/lambda/" + resource
                + ":policyName/" + policy.name();
    }

    String action(ScalableResource resource, ScheduledAction action) {
        return "arn:aws:autoscaling:" + place() + ":scheduledAction:" + action.id() + ":resource/lambda/" + resource
                + ":scheduledActionName/" + action.name();
    }

    /** The service-linked role, which AWS shows for Lambda whatever role was given. */
    String role() {
        return "arn:aws:iam::" + identity.account()
                + ":role/aws-service-role/lambda.application-autoscaling.amazonaws.com"
                + "/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency";
    }

    private String place() {
        return identity.region() + ":" + identity.account();
    }
}
