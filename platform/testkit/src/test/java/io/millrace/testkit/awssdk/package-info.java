/** The AWS SDK for Java, unmodified, against a whole platform: what its users call and what they see. */
@NullMarked
package io.millrace.testkit.awssdk;

import org.jspecify.annotations.NullMarked;
