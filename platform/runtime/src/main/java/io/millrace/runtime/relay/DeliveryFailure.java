package io.millrace.runtime.relay;

/**
 * Why a target did not get a message.
 *
 * @param code as EventBridge writes it on dead letters
 */
record DeliveryFailure(String code, String message) {
    private static final String NO_RESOURCE = "NO_RESOURCE";

    static DeliveryFailure missing(RelayTarget target) {
        return new DeliveryFailure(NO_RESOURCE, "The target " + target.arn() + " does not exist.");
    }

    static DeliveryFailure refused(String message) {
        return new DeliveryFailure("ERROR_FROM_TARGET", message);
    }

    boolean isMissing() {
        return code.equals(NO_RESOURCE);
    }
}
