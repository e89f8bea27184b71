package programs;

/** What the documented programs refer to, and do not make themselves. */
public final class Referred {
    public static final Resource exampleAwsConnectInstance = new Resource("1c2d");
    public static final Resource exampleAwsConnectRoutingProfile = new Resource("r1");
    public static final Resource exampleAwsConnectSecurityProfile = new Resource("s1");
    public static final Resource example2 = new Resource("s2");
    public static final Resource exampleAwsConnectUserHierarchyGroup = new Resource("g1");

    private Referred() {}

    /** A resource by its id, whatever that is called. */
    public record Resource(String id) {
        public String routingProfileId() {
            return id;
        }

        public String securityProfileId() {
            return id;
        }

        public String hierarchyGroupId() {
            return id;
        }
    }
}
