package io.millrace.runtime.lambdaapi.model;

import java.util.List;

/** What stands in a request besides its body; each decoded, and empty where the request does not have it. */
public interface Parameters {
    List<String> inPath(String name);

    List<String> inQuery(String name);

    List<String> inHeader(String name);
}
