package io.millrace.runtime.registry;

import io.millrace.core.scaling.TargetTrackingPolicy;
import java.time.Instant;

/**
 * How a scalable target follows its utilisation.
 *
 * @param name 1 to 256 characters
 * @param id UUID in its ARN; stays when the policy is put again
 */
public record ScalingPolicy(String name, String id, TargetTrackingPolicy tracking, Instant created) {}
