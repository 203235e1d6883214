/** The door for SNS's clients: the AWS Query protocol at {@code POST /}. */
@NullMarked
package io.millrace.runtime.topicapi;

import org.jspecify.annotations.NullMarked;
