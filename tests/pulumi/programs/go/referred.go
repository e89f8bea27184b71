// What the documented programs refer to, and do not make themselves.
package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

var (
	exampleAwsConnectInstance           = struct{ Id pulumi.String }{"1c2d"}
	exampleAwsConnectRoutingProfile     = struct{ RoutingProfileId pulumi.String }{"r1"}
	exampleAwsConnectSecurityProfile    = struct{ SecurityProfileId pulumi.String }{"s1"}
	example2                            = struct{ SecurityProfileId pulumi.String }{"s2"}
	exampleAwsConnectUserHierarchyGroup = struct{ HierarchyGroupId pulumi.String }{"g1"}
)
