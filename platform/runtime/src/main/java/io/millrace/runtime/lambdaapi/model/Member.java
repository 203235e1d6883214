package io.millrace.runtime.lambdaapi.model;

/**
 * A member of a structure.
 *
 * @param name as it stands in a body
 * @param field as refusals name it
 * @param wireName as it stands in the path, query or head
 */
record Member(String name, String field, Shape shape, Place place, String wireName, boolean isRequired) {

    /** Where in a request a member is found. */
    enum Place {
        BODY,
        PATH,
        QUERY,
        HEADER
    }

    /** The first letter small, whatever follows: KMSKeyArn is told as kMSKeyArn. */
    static String field(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    String within(String structure) {
        return structure.isEmpty() ? field : structure + "." + field;
    }
}
