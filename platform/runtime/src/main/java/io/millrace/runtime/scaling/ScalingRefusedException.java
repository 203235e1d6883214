package io.millrace.runtime.scaling;

import io.millrace.core.scaling.ScalableResource;

/** Why a change of scaling was refused; nothing has changed. */
public abstract sealed class ScalingRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ScalingRefusedException(String message) {
        super(message);
    }

    /** Nobody registered the resource. */
    public static final class TargetUnknown extends ScalingRefusedException {
        private final transient ScalableResource resource;

        public TargetUnknown(ScalableResource resource) {
            super("'" + resource + "' is not registered as a scalable target");
            this.resource = resource;
        }

        public ScalableResource resource() {
            return resource;
        }
    }

    /** The target has no such policy. */
    public static final class PolicyUnknown extends ScalingRefusedException {
        private final transient ScalableResource resource;
        private final String policy;

        public PolicyUnknown(ScalableResource resource, String policy) {
            super("'" + resource + "' has no scaling policy '" + policy + "'");
            this.resource = resource;
            this.policy = policy;
        }

        public ScalableResource resource() {
            return resource;
        }

        public String policy() {
            return policy;
        }
    }

    /** The target has no such scheduled action. */
    public static final class ActionUnknown extends ScalingRefusedException {
        private final transient ScalableResource resource;
        private final String action;

        public ActionUnknown(ScalableResource resource, String action) {
            super("'" + resource + "' has no scheduled action '" + action + "'");
            this.resource = resource;
            this.action = action;
        }

        public ScalableResource resource() {
            return resource;
        }

        public String action() {
            return action;
        }
    }

    /** The message names the value and what was expected, and is shown to the caller as it is. */
    public static final class Invalid extends ScalingRefusedException {
        public Invalid(String message) {
            super(message);
        }
    }
}
