/** What the demo reads and prints; everything here is pure, so that it can be tested without a platform. */
@NullMarked
package io.millrace.examples.earthquakes.demo;

import org.jspecify.annotations.NullMarked;
