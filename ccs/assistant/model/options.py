from attrs import Factory, frozen


@frozen
class OpenAISettings:
    base_url: str = ""
    model: str = ""
    api_key: str = ""
    instructions: str = ""
    max_tokens: int = 500
    concurrency: int = 4
    daily_tokens: int = 0
    session_tokens: int = 0
    mask_personal_data: bool = True


@frozen
class AssistantSettings:
    timeout_seconds: int = 20
    openai: OpenAISettings = Factory(OpenAISettings)
