package io.millrace.runtime.access;

import java.time.Duration;

/** A request that is not answered, in the words of AWS; the doors render it, always with status 403. */
public final class AccessRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final String INVALID_SIGNATURE = "InvalidSignatureException";

    private final String code;

    private AccessRefusedException(String code, String message) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(message, null, false, false);
        this.code = code;
    }

    static AccessRefusedException unsigned() {
        return new AccessRefusedException("MissingAuthenticationTokenException", "Missing Authentication Token");
    }

    static AccessRefusedException unreadable(String message) {
        return new AccessRefusedException("IncompleteSignatureException", message);
    }

    static AccessRefusedException unknownKey() {
        return new AccessRefusedException(
                "UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    static AccessRefusedException otherSignature() {
        return invalid("The request signature we calculated does not match the signature you provided. Check your AWS"
                + " Secret Access Key and signing method. Consult the service documentation for details.");
    }

    static AccessRefusedException invalid(String message) {
        return new AccessRefusedException(INVALID_SIGNATURE, message);
    }

    static AccessRefusedException expired(String signed, String earliest, String now, Duration span) {
        return invalid("Signature expired: " + signed + " is now earlier than " + earliest + " (" + now + " - "
                + words(span) + ")");
    }

    static AccessRefusedException early(String signed, String latest, String now, Duration span) {
        return invalid("Signature not yet current: " + signed + " is still later than " + latest + " (" + now + " + "
                + words(span) + ")");
    }

    static AccessRefusedException foreignPage(String origin) {
        return new AccessRefusedException(
                "AccessDeniedException",
                "A page of " + origin
                        + " may not use this server: it has no access keys, and pages of this machine only"
                        + " may do without.");
    }

    static AccessRefusedException notTheConsole(String how) {
        return new AccessRefusedException(
                "AccessDeniedException", "A session is for this server's console only; the request came " + how + ".");
    }

    static AccessRefusedException sessionOver() {
        return new AccessRefusedException("ExpiredTokenException", "The session is over; sign in again.");
    }

    static AccessRefusedException denied(Caller caller, String action, String resource) {
        return new AccessRefusedException(
                "AccessDeniedException",
                "User: " + caller.userArn() + " is not authorized to perform: " + action + " on resource: " + resource
                        + " because no identity-based policy allows the " + action + " action");
    }

    private static String words(Duration span) {
        return span.toSeconds() % 60 == 0 ? span.toMinutes() + " min." : span.toSeconds() + " sec.";
    }

    /** As clients know it. */
    public String code() {
        return code;
    }
}
