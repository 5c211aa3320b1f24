"""The grants of the token endpoint: the register. Authentication and the answer belong to the endpoint."""

from idp.oidc.grants.authorization_code import AuthorizationCodeGrant
from idp.oidc.grants.ciba import CibaGrant
from idp.oidc.grants.client_credentials import ClientCredentialsGrant
from idp.oidc.grants.device_code import DeviceCodeGrant
from idp.oidc.grants.jwt_bearer import JwtBearerGrant
from idp.oidc.grants.refresh_token import RefreshTokenGrant
from idp.oidc.grants.token_exchange import TokenExchangeGrant

REGISTER = (
    AuthorizationCodeGrant,
    RefreshTokenGrant,
    ClientCredentialsGrant,
    TokenExchangeGrant,
    JwtBearerGrant,
    DeviceCodeGrant,
    CibaGrant,
)
